// Keeps the page up to date; without it the page loads itself anew.
"use strict";
const place = document.getElementById("stream");
const live = new EventSource(place.dataset.live);
let shown = "";
live.addEventListener("message", (event) => {
  if (event.data === shown) return;
  shown = event.data;
  const on = document.activeElement && place.contains(document.activeElement) ? document.activeElement.id : "";
  place.innerHTML = JSON.parse(event.data);
  const again = on && document.getElementById(on);
  if (again) again.focus();
});
