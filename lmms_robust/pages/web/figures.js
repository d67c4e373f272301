// Draws each figure when it comes into sight, in the colours of the page.
"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function config() {
    const [ink, quiet, line] = ["ink", "quiet", "line"].map(colour);
    const text = { labelColor: ink, titleColor: quiet, labelFontSize: 12, titleFontSize: 12 };
    return {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: line },
      axis: { ...text, gridColor: line, domainColor: line, tickColor: line, titleFontWeight: "normal" },
      legend: { ...text, titleFontWeight: "normal" },
      header: { labelColor: ink, titleColor: ink, labelFontSize: 12 },
      text: { color: ink },
    };
  }

  // Small pictures stand beside each other as far as there is room.
  function fitted(spec, width) {
    if (!spec.facet || !spec.columns) return spec;
    return { ...spec, columns: Math.max(1, Math.min(4, Math.floor((width - 50) / (spec.spec.width + 28)))) };
  }

  function draw(figure) {
    const plot = figure.querySelector(".plot");
    const spec = JSON.parse(figure.querySelector(".spec").textContent);
    const options = { mode: "vega-lite", ast: true, actions: false, renderer: "svg", config: config(), defaultStyle: false };
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
