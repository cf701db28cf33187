// What a reader with this width sees of a page: how wide it gets, what sticks out, which way it runs, and what is hard to read.
function measured(page) {
  const root = page.document.documentElement;
  const shown = [...page.document.querySelectorAll("body *")].filter((one) => one.getClientRects().length);
  return {
    width: root.clientWidth,
    scrollWidth: Math.max(root.scrollWidth, page.document.body.scrollWidth),
    height: root.scrollHeight,
    direction: page.getComputedStyle(root).direction,
    outside: shown.filter((one) => sticksOut(one, root.clientWidth)).map(named),
    pale: shown.filter((one) => hasText(one) && contrastOf(one, page) < 4.5).map((one) => named(one) + " " + contrastOf(one, page).toFixed(2)),
    starts: [...page.document.querySelectorAll(".title, .where, .company")].map((one) => ({
      name: one.className,
      direction: page.getComputedStyle(one).direction,
      ...edgesOf(one, page),
    })),
    rows: [...page.document.querySelectorAll(".acts")].map((one) => new Set([...one.children].map((link) => link.offsetTop)).size),
    stripes: [...page.document.querySelectorAll(".why, .off")].map((one) => stripesOf(page.getComputedStyle(one))),
  };
}

function stripesOf(style) {
  return { left: style.borderLeftWidth, right: style.borderRightWidth, text: [style.paddingLeft, style.paddingRight] };
}

function named(one) {
  return one.tagName.toLowerCase() + "." + one.className;
}

function sticksOut(one, width) {
  return [...one.getClientRects()].some((box) => box.width > 0 && (box.left < -0.5 || box.right > width + 0.5));
}

// How far the text, not its box, stands from either side of its card.
function edgesOf(one, page) {
  const range = page.document.createRange();
  range.selectNodeContents(one);
  const text = range.getBoundingClientRect();
  const card = one.closest(".card").getBoundingClientRect();
  return { left: Math.round(text.left - card.left), right: Math.round(card.right - text.right) };
}

function hasText(one) {
  return [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.replace(/[\s\u00a0\u034f\u200c]/g, ""));
}

// WCAG 2.1: of the colour of the text to that of the nearest ground that is not clear.
function contrastOf(one, page) {
  let ground = one;
  while (ground && page.getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
  const colours = [page.getComputedStyle(one).color, ground ? page.getComputedStyle(ground).backgroundColor : "rgb(255, 255, 255)"];
  const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).slice(0, 3).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
