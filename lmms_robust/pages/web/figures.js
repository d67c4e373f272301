// Draws each figure when it comes into sight, in the colours of the page.
"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function config(width) {
    const [ink, quiet, line] = ["ink", "quiet", "line"].map(colour);
    const text = { labelColor: ink, titleColor: quiet, labelFontSize: 12, titleFontSize: 12 };
    return {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: line },
      axis: { ...text, gridColor: line, domainColor: line, tickColor: line, titleFontWeight: "normal" },
      legend: { ...text, titleFontWeight: "normal", columns: width < 480 ? 1 : 3 },
      header: { labelColor: ink, titleColor: ink, labelFontSize: 12 },
      text: { color: ink },
    };
  }

  // A long name goes on in a second line, behind its last underscore.
  const LINES = "split(replace(datum.label, regexp('_([^_|]+)([|]|$)'), '_|$1$2'), '|')";

  // Small pictures stand beside each other as far as there is room; what would be too narrow to read is scrolled.
  function fitted(spec, width) {
    if (spec.facet && spec.columns) {
      const narrow = width < 480;
      const cell = narrow ? 104 : spec.spec.width;
      const columns = Math.max(1, Math.floor((width - 50) / (cell + 28)));
      const header = narrow ? { labelLimit: cell + 16, labelFontSize: 11, labelExpr: LINES } : {};
      const facet = { ...spec.facet, header: { ...spec.facet.header, ...header } };
      return { ...spec, facet, columns, spec: { ...spec.spec, width: cell, height: cell } };
    }
    const least = spec.usermeta?.least ?? 0;
    return width < least ? { ...spec, width: least } : { ...spec, autosize: { type: "fit-x", contains: "padding" } };
  }

  function draw(figure) {
    const plot = figure.querySelector(".plot");
    const spec = JSON.parse(figure.querySelector(".spec").textContent);
    const options = { mode: "vega-lite", ast: true, actions: false, renderer: "svg", logLevel: 1, config: config(plot.clientWidth), defaultStyle: false };
    vegaEmbed(plot, fitted(spec, plot.clientWidth), options).then(
      () => { figure.dataset.drawn = "yes"; },
      (error) => { plot.textContent = `This figure cannot be drawn: ${error.message}`; },
    );
  }

  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || seen.has(target)) continue;
      seen.add(target);
      draw(target);
    }
  }, { rootMargin: "400px" });
  document.querySelectorAll("figure").forEach((figure) => watcher.observe(figure));

  const again = () => seen.forEach(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let width = innerWidth;
  let timer = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(again, 200);
  });
  addEventListener("beforeprint", () => document.querySelectorAll("figure").forEach(draw));
})();
