"use strict";
const list = document.getElementById("list");
const mails = [...list.querySelectorAll("li")];
const view = document.getElementById("view");
const frame = document.getElementById("frame");
let chosen = mails[0];
let scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";

function show(mail) {
  if (!mail) return;
  chosen = mail;
  mails.forEach((other) => other.firstElementChild.removeAttribute("aria-current"));
  const link = mail.firstElementChild;
  link.setAttribute("aria-current", "true");
  const page = `${mail.dataset.page}.${scheme}.html`;
  view.contentWindow.location.replace(new URL(page, location.href).href);
  document.getElementById("about").textContent = `${mail.dataset.person} · ${mail.dataset.about}`;
  const eml = document.getElementById("eml");
  eml.hidden = !mail.dataset.eml;
  eml.href = mail.dataset.eml || "#";
  document.getElementById("alone").href = page;
  history.replaceState(null, "", `#mail-${mail.dataset.number}`);
}

function group(by) {
  const day = by === "day";
  list.className = `by-${by}`;
  const key = day ? (item) => item.dataset.day : (item) => item.dataset.person;
  const sorted = mails.slice();
  // A stable sort: within a day, people stay in their order.
  if (day) sorted.sort((a, b) => (a.dataset.day < b.dataset.day ? 1 : a.dataset.day > b.dataset.day ? -1 : 0));
  list.replaceChildren();
  let last = null;
  let rows = null;
  for (const item of sorted) {
    if (key(item) !== last) {
      last = key(item);
      const heading = document.createElement("h2");
      heading.textContent = day ? item.dataset.dayName : `${item.dataset.person} · ${item.dataset.about}`;
      rows = document.createElement("ul");
      const section = document.createElement("section");
      section.append(heading, rows);
      list.append(section);
    }
    rows.append(item);
  }
  press("group", by);
}

function press(name, value) {
  document.querySelectorAll(`[data-${name}]`).forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset[name] === value));
  });
}

function visible() {
  return [...list.querySelectorAll("li")].filter((item) => !item.hidden);
}

document.addEventListener("click", (event) => {
  const mail = event.target.closest("#list li");
  const button = event.target.closest("button");
  if (mail && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    show(mail);
  } else if (button?.dataset.group) {
    group(button.dataset.group);
  } else if (button?.dataset.width) {
    frame.classList.toggle("phone", button.dataset.width === "phone");
    press("width", button.dataset.width);
  } else if (button?.dataset.scheme) {
    scheme = button.dataset.scheme;
    press("scheme", scheme);
    show(chosen);
  }
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const shown = visible();
  const next = shown[shown.indexOf(chosen) + step];
  if (!next) return;
  event.preventDefault();
  show(next);
  next.firstElementChild.focus();
});

document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const item of mails) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  for (const section of list.children) section.hidden = !section.querySelector("li:not([hidden])");
});

group("person");
press("scheme", scheme);
press("width", "desktop");
show(mails.find((item) => location.hash === `#mail-${item.dataset.number}`) || chosen);
