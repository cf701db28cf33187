// Keeps the page up to date; without it the page loads itself anew.
"use strict";
const place = document.getElementById("stream");
const live = new EventSource(place.dataset.live);
const lost = document.getElementById("lost");
const settled = 1000;
const patience = 20000;
let shown = "";
let came = "";
let aimed = 0;
let heard = Date.now();
let over = false;
// What is aimed at, or pressed, must not move or go away under the pointer.
place.addEventListener("pointermove", (event) => {
  if (event.target.closest("a, button")) aimed = Date.now();
});
live.addEventListener("message", (event) => {
  came = event.data;
  heard = Date.now();
  show();
});
live.addEventListener("last", () => {
  live.close();
  over = true;
});
setInterval(show, settled);
function show() {
  lost.hidden = over || Date.now() - heard < patience;
  if (came === shown || place.querySelector("a:active, button:active") || Date.now() - aimed < settled) return;
  shown = came;
  const on = document.activeElement && place.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = new Map([...place.querySelectorAll(".wide")].map((table) => [table.id, table.scrollLeft]));
  place.innerHTML = JSON.parse(came);
  for (const table of place.querySelectorAll(".wide")) table.scrollLeft = scrolled.get(table.id) || 0;
  // What is no longer there leaves the keyboard where the page's content begins.
  if (on) (document.getElementById(on) || place.closest("main")).focus({ preventScroll: true });
}
