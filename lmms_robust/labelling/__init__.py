"""People say on which option logged reasoning ends, in a browser on this machine.

``cases`` draws the responses, ``server`` shows them one by one and keeps each verdict as soon as it is given.
"""
