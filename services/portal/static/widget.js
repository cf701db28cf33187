// The newest jobs for given criteria on any page: <div data-jobchime="skills=Go&amp;places=Germany"></div>, and this script.
// In a shadow root, so that neither page styles the other; no cookie is sent, and nothing is kept.
"use strict";

(() => {
  const own = document.currentScript, base = new URL(".", own.src).href.replace(/static\/$/, "");
  const style = `
    :host { display: block; overflow: auto; color-scheme: light dark; font: 1rem/1.45 system-ui, sans-serif; }
    ul { margin: 0; padding: 0; list-style: none; }
    li { padding-block: .6rem; border-block-end: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
    a { color: var(--jobchime-accent, LinkText); font-weight: 600; }
    p { margin: .75rem 0; }
    small { display: block; }
    a:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }`;

  function link(address, text) {
    const made = document.createElement("a");
    // What a feed says is never run: an address of any other scheme leads nowhere.
    if (/^https?:\/\//i.test(address)) made.href = address;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
    made.textContent = text;
    return made;
  }

  function job(item) {
    const row = document.createElement("li"), about = document.createElement("small");
    about.textContent = item.content_text || "";
    row.append(link(item.url || "", item.title), about);
    return row;
  }

  async function show(place) {
    if (place.shadowRoot) return;
    const root = place.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
    const list = document.createElement("ul"), below = document.createElement("p");
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    root.append(list, below);
    const asked = new URLSearchParams(place.dataset.jobchime);
    const answer = await fetch(`${base}feed.json?${asked}`, { credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const feed = await answer.json();
    root.host.lang = feed.language;
    list.append(...feed.items.slice(0, Number(place.dataset.most) || 5).map(job));
    below.append(link(new URL(feed._jobchime.alerts_url, base).href, feed._jobchime.alerts));
  }

  const all = () => document.querySelectorAll("[data-jobchime]").forEach(show);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
