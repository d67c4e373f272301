// Loads what stands beside the page, or inside it: JSON, compressed, in base64. Files cannot be fetched from a page that
// is a file itself, so each of them is a script that hands over its text.
"use strict";
const lmmsRobust = (() => {
  const waiting = new Map();
  const loaded = new Map();

  function payload(name) {
    const inside = document.getElementById(`data-${name}`);
    if (inside) return Promise.resolve(inside.textContent);
    return new Promise((done, failed) => {
      waiting.set(name, done);
      const script = document.createElement("script");
      script.src = `data/${name}.js`;
      script.onerror = () => failed(new Error(`data/${name}.js cannot be loaded; it has to stand beside the page`));
      document.head.append(script);
    });
  }

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  return {
    take: (name, text) => waiting.get(name)?.(text),
    load(name) {
      if (!loaded.has(name)) loaded.set(name, payload(name).then(unpacked));
      return loaded.get(name);
    },
  };
})();
