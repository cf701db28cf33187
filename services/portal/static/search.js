// The form of a search, where scripts run: fields that complete with chips, a slider for pay, the reader's time zone.
// Without it the same fields take names with commas, and a number.
"use strict";

// Whether a button of a mouse, or a finger, is down.
let pressing = false;
for (const type of ["pointerdown", "pointerup", "pointercancel"]) {
  addEventListener(type, () => { pressing = type === "pointerdown"; }, true);
}

// A chip moves what is below it, and the button that somebody is pressing would slip away before the click arrives.
function afterPress(todo) {
  const wait = () => (pressing ? setTimeout(wait, 20) : todo());
  setTimeout(wait);
}

// A text field of names becomes a combobox (WAI-ARIA 1.2, list autocomplete) behind chips that one may remove; one of a
// single name, where somebody lives, has no chips.
function complete(input) {
  const form = input.form, kind = input.dataset.complete, own = input.id;
  const single = kind === "homes";
  const ends = kind === "towns" ? /[;\n]/ : /[;,\n]/;
  const entry = input.cloneNode();
  const chips = document.createElement("ul"), list = document.createElement("ul"), status = document.createElement("span");
  entry.removeAttribute("name");
  entry.value = single ? input.value : "";
  chips.className = "chips";
  list.className = "suggestions";
  list.id = `${own}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${own}"]`).textContent);
  status.className = "unseen";
  status.setAttribute("role", "status");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    entry.setAttribute(name, value);
  }
  input.removeAttribute("id");
  input.type = "hidden";
  const around = document.createElement("div");
  around.className = "combobox";
  around.append(chips, entry, list, status);
  input.after(around);

  let names = single ? [] : parts(input.value), asked = 0, active = -1, sent = input.value;

  function parts(text) {
    return text.split(text.includes(";") ? ";" : ends).map((part) => part.trim()).filter(Boolean);
  }

  function keep() {
    if (single) return void (input.value = entry.value.trim());
    const all = entry.value.trim() ? [...names, entry.value.trim()] : names;
    input.value = all.length === 1 && all[0].includes(",") ? `${all[0]};` : all.join("; ");
  }

  function changed() {
    keep();
    // Who only passes by a single name changes nothing.
    if (single && input.value === sent) return;
    sent = input.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function draw() {
    // What was read from a pasted text is said as long as it is asked for.
    const read = document.getElementById(`r-${input.name}`);
    for (const wish of read ? read.children : []) wish.hidden = wish.dataset.name ? !names.includes(wish.dataset.name) : !names.length;
    chips.replaceChildren(...names.map((name, at) => {
      const chip = document.createElement("li"), remove = document.createElement("button");
      chip.className = "chip";
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", form.dataset.remove.replace("{name}", name));
      remove.addEventListener("click", () => {
        names.splice(at, 1);
        draw();
        changed();
        status.textContent = form.dataset.gone.replace("{name}", name);
        (chips.querySelectorAll("button")[at] || entry).focus();
      });
      chip.append(name, remove);
      return chip;
    }));
  }

  function close() {
    asked += 1;
    list.hidden = true;
    active = -1;
    entry.setAttribute("aria-expanded", "false");
    entry.removeAttribute("aria-activedescendant");
  }

  function take(text) {
    if (single) {
      entry.value = text;
      close();
      return changed();
    }
    const offered = [...list.children].map((option) => option.dataset.value), added = [];
    for (const part of parts(text)) {
      const name = offered.find((value) => value.toLowerCase() === part.toLowerCase()) || part;
      if (!names.includes(name)) added.push(name);
      names = [...new Set([...names, name])];
    }
    entry.value = "";
    close();
    draw();
    changed();
    if (added.length) status.textContent = form.dataset.added.replace("{name}", added.join(", "));
  }

  // A town's name has a comma itself.
  function named(option) {
    return single ? option.dataset.value : `${option.dataset.value};`;
  }

  function choose(at) {
    const options = list.children;
    if (!options.length) return;
    if (active >= 0) options[active].setAttribute("aria-selected", "false");
    active = (at + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    entry.setAttribute("aria-activedescendant", options[active].id);
  }

  async function suggest() {
    const typed = entry.value.trim(), mine = asked += 1;
    if (!typed) return close();
    await new Promise((done) => setTimeout(done, 120));
    if (mine !== asked) return;
    const query = new URLSearchParams({ typed });
    const answer = await fetch(`${form.dataset.complete}${kind}?${query}`, { headers: { "Accept-Language": document.documentElement.lang } }).catch(() => null);
    if (!answer || !answer.ok || mine !== asked) return;
    list.innerHTML = await answer.text();
    if (mine !== asked) return;
    active = -1;
    entry.removeAttribute("aria-activedescendant");
    const count = list.children.length;
    [...list.children].forEach((option, at) => { option.id = `${list.id}-${at}`; });
    list.hidden = count === 0;
    entry.setAttribute("aria-expanded", String(count > 0));
    status.textContent = form.dataset.suggestions.replace("{count}", count);
    if ([...list.children].some((option) => option.dataset.value.toLowerCase() === typed.toLowerCase())) changed();
  }

  entry.addEventListener("input", (event) => {
    // Half a word is no criterion yet: what the search finds is asked for once a name is whole.
    event.stopPropagation();
    if (!single && ends.test(entry.value)) {
      const done = entry.value.split(ends), rest = done.pop();
      take(done.join(";"));
      entry.value = rest.trimStart();
    }
    keep();
    suggest();
  });
  entry.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) suggest();
      else choose(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === "Enter" && (active >= 0 || (entry.value.trim() && !single))) {
      event.preventDefault();
      take(active >= 0 ? named(list.children[active]) : entry.value);
    } else if (event.key === "Tab" && active >= 0) {
      // What the arrows chose, not the half of a word by which it was found; the focus goes on.
      take(named(list.children[active]));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Backspace" && !entry.value && names.length) {
      const gone = names.pop();
      draw();
      changed();
      status.textContent = form.dataset.gone.replace("{name}", gone);
    }
  });
  entry.addEventListener("blur", () => {
    close();
    if (entry.value.trim() || single) afterPress(() => take(entry.value));
  });
  // The field keeps the focus, or what is typed would be taken before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(named(option));
  });
  // A preview may offer one more.
  input.addEventListener("add", (event) => {
    take(`${event.detail};`);
    entry.focus();
  });
  draw();
}

// What the server reads in more ways is a place on the slider only as a plain number.
const plain = (text) => (/^\d+$/.test(text.trim()) ? text.trim() : "");

// The pay that such jobs pay, as a slider that writes into the field beside it.
function slide(form) {
  const shown = form.querySelector("[data-pay-most]"), amount = form.elements.amount;
  if (!shown || !amount) return;
  let slider = form.querySelector(".slider");
  if (!slider) {
    slider = document.createElement("input");
    slider.type = "range";
    slider.className = "slider";
    slider.setAttribute("aria-label", document.querySelector(`label[for="${amount.id}"]`).textContent);
    slider.addEventListener("input", () => { amount.value = Number(slider.value) > Number(slider.min) ? slider.value : ""; });
    amount.addEventListener("input", () => { slider.value = plain(amount.value) || slider.min; });
    amount.after(slider);
  }
  slider.min = shown.dataset.payLeast;
  slider.max = shown.dataset.payMost;
  slider.step = shown.dataset.payStep;
  if (document.activeElement !== slider) slider.value = plain(amount.value) || slider.min;
}

// What was found, or why it is not known, is said to who does not see it; where it lies below the form, in a line that
// stays in sight and leads there, beside the press that finds the most where hardly any mail would come.
function tell(form, failed = "", waits = false) {
  const found = form.querySelector("#found"), shown = form.querySelector("#preview");
  if (!found) return;
  shown.setAttribute("aria-busy", String(waits));
  let line = form.querySelector(".glance");
  if (!line) {
    line = document.createElement("p");
    line.className = "glance";
    line.append(document.createElement("a"));
    line.firstChild.href = "#found";
    form.querySelector(".asks").append(line);
  }
  // What there is to answer there says more than how often a mail comes.
  const more = shown.querySelector(".question") ? ".question" : ".mail summary";
  const said = ["h2, .facts", more].map((what) => shown.querySelector(what)).filter(Boolean);
  const texts = said.map((part) => part.textContent);
  shown.classList.toggle("stale", failed !== "");
  found.className = waits ? "facts" : failed ? "fault" : "unseen";
  const news = failed || texts[0] || "";
  // Set again it would be said again: a page that waits asks every few seconds.
  if (found.textContent !== news) found.textContent = news;
  line.firstChild.textContent = failed || texts.join(" · ");
  line.hidden = !line.textContent;
  loosen(form);
  // It may have grown over what is typed in.
  const field = document.activeElement;
  if (line.hidden || line.contains(field) || !line.parentNode.contains(field)) return;
  const box = field.getBoundingClientRect();
  if (box.bottom > line.getBoundingClientRect().top && box.top < innerHeight) field.scrollIntoView({ block: "nearest" });
}

function loosen(form) {
  const line = form.querySelector(".glance"), best = form.querySelector("[data-few] .gains button[name=instead]");
  const shown = line.querySelector("button");
  if (shown) shown.remove();
  // What would loosen the last search that was looked up need not loosen this one.
  if (!best || form.querySelector("#found").className === "fault") return;
  const press = best.cloneNode(true);
  // It leads to what is asked for then, beside which the button to sign up stands.
  press.setAttribute("formaction", form.querySelector("#wished") ? "#wished" : "#result");
  line.append(press);
}

// What is found while one types takes htmx, half of what the page weighs: it is fetched once somebody begins, or at once
// where a link filled the form.
const htmxAt = document.currentScript.dataset.htmx;

function follow(form) {
  let typed = false;
  form.addEventListener("input", () => {
    typed = true;
    // What a sentence asked for is no more all of it.
    const wished = form.querySelector("details.all[open]") && form.querySelector("#wished");
    if (wished) wished.hidden = true;
  });
  const fetchIt = () => {
    const script = document.createElement("script");
    script.src = htmxAt;
    script.addEventListener("load", () => { if (typed) form.dispatchEvent(new Event("input", { bubbles: true })); });
    document.head.append(script);
  };
  // It waits for a document that is still being read, or begins at once in one that is complete; in between it never would.
  const begin = () => {
    for (const sign of signs) form.removeEventListener(sign, begin);
    if (document.readyState === "complete") fetchIt();
    else addEventListener("load", fetchIt, { once: true });
  };
  const signs = ["focusin", "pointerdown", "input"];
  for (const sign of signs) form.addEventListener(sign, begin);
  if (form.querySelector("[hx-trigger^=load]")) begin();
}

for (const form of document.querySelectorAll("form.search")) {
  follow(form);
  form.querySelectorAll("input[data-complete]").forEach(complete);
  slide(form);
  tell(form);
  form.addEventListener("htmx:afterSwap", (event) => {
    // What finds more comes later by itself: it is no news of whether the last search could be looked up.
    if (event.detail.target.id !== "preview") return loosen(form);
    slide(form);
    tell(form);
  });
  // Most answers come sooner than somebody could read that one is awaited.
  let begun = 0;
  form.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.target.id !== "preview") return;
    const mine = begun += 1;
    setTimeout(() => { if (mine === begun) tell(form, form.querySelector("#found").dataset.waits, true); }, 1000);
  });
  for (const end of ["htmx:beforeOnLoad", "htmx:sendError"]) {
    form.addEventListener(end, (event) => { if (event.detail.target.id === "preview") begun += 1; });
  }
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    form.addEventListener(failure, () => tell(form, form.querySelector("#found").dataset.failed));
  }
  // Who opens the mail wants to see it: the button is for those without scripts.
  form.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.mail[open]")) return;
    event.target.querySelector("button").click();
    event.target.querySelector("p").hidden = true;
  }, true);
  form.addEventListener("click", (event) => {
    const offered = event.target.closest("button[name=add]");
    if (!offered) return;
    event.preventDefault();
    form.elements.skills.dispatchEvent(new CustomEvent("add", { detail: offered.value }));
  });
  const zone = form.elements.time_zone;
  if (zone && !zone.value) {
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    // A sentence is read with it: "electrician cork" names a town of Ireland.
    for (const other of document.querySelectorAll("form.search > [name=time_zone]")) other.value = zone.value;
    // It stood open for the zone alone.
    const when = zone.closest("details.usual");
    if (when && zone.value) when.open = false;
  }
}
