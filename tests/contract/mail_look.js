// What of a page can be measured about how it reads. Evaluates to an object; the test says what is good.
(() => {
  const rgb = (color) => {
    const parts = color.match(/[\d.]+/g).map(Number);
    return { r: parts[0], g: parts[1], b: parts[2], a: parts.length > 3 ? parts[3] : 1 };
  };
  // WCAG 2.2: relative luminance, and the ratio of two.
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  // The nearest background that is painted. Half-transparent ones are not used, and would be reported as unreadable.
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color.a === 1) return color;
      if (color.a > 0) return null;
    }
    return null;
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text === '') continue;
    const element = walker.currentNode.parentElement;
    const back = behind(element);
    const front = rgb(getComputedStyle(element).color);
    texts.push({
      text,
      size: parseFloat(getComputedStyle(element).fontSize),
      contrast: back === null || front.a < 1 ? 0 : ratio(front, back),
    });
  }
  return {
    language: document.documentElement.lang,
    title: document.title,
    viewport: document.documentElement.clientWidth,
    content: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
    // What sticks out of the card, which overflow of the page alone would not show.
    outside: [...document.querySelectorAll('main *')]
      .filter((e) => e.getBoundingClientRect().right > document.querySelector('main').getBoundingClientRect().right)
      .map((e) => e.outerHTML),
    background: luminance(rgb(getComputedStyle(document.body).backgroundColor)),
    texts,
    buttons: [...document.querySelectorAll('a.button')].map((e) => {
      const box = e.getBoundingClientRect();
      return { text: e.textContent, width: box.width, height: box.height };
    }),
    links: [...document.querySelectorAll('a')].map((e) => e.href),
    // Facts are read as pairs, headings as headings.
    headings: document.querySelectorAll('h1').length,
    active: document.querySelectorAll('script, iframe, object, embed, form, img, link').length,
  };
})();
