// The address that the terminal says holds the token of this start behind a #, which no server gets to see.
// Where a page was asked for, a browser brings along from its address what stood behind a # there.
"use strict";
if (location.hash.length > 1) {
  const field = document.getElementById("secret");
  if (location.search) {
    field.form.elements.next.value += location.hash;
  } else {
    field.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
    field.form.submit();
  }
}
