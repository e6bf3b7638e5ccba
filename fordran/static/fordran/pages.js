// Keyboard and small comforts. Every page works without this file.
(function () {
  "use strict";
  var body = document.body;

  function typing(target) {
    return target.closest("input, select, textarea, [contenteditable]") !== null;
  }
  function wanted() {
    try { return window.localStorage.getItem("fordran-keys") !== "off"; } catch (e) { return true; }
  }

  // Rows of the list with data-rows: j and k walk, Enter opens the row's own link.
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-rows] tbody tr")); }
  function walk(step) {
    var all = rows();
    if (!all.length) return;
    var now = all.indexOf(document.querySelector("tr.is-here"));
    var next = Math.min(Math.max(now + step, 0), all.length - 1);
    all.forEach(function (row, n) { row.classList.toggle("is-here", n === next); });
    var link = all[next].querySelector("a");
    if (link) link.focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  var waitsForG = false;
  var places = { o: "overview", a: "cases", "ä": "cases", b: "letters", f: "invoices" };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !wanted()) return;
    if (waitsForG) {
      waitsForG = false;
      var place = body.dataset[places[event.key]];
      if (place) { event.preventDefault(); window.location.href = place; }
      return;
    }
    if (event.key === "g") { waitsForG = true; window.setTimeout(function () { waitsForG = false; }, 1500); }
    else if (event.key === "/") {
      var field = document.querySelector("input[type=search]");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    }
    else if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
    else if (event.key === "?") { var keys = document.getElementById("keys"); if (keys && keys.showModal) keys.showModal(); }
  });

  var box = document.getElementById("keys-on");
  if (box) {
    box.checked = wanted();
    box.addEventListener("change", function () {
      try { window.localStorage.setItem("fordran-keys", box.checked ? "on" : "off"); } catch (e) { /* no storage: stays on */ }
    });
  }

  // Only one filter is open at a time, and Esc or a press outside closes it.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.fd-drop[open]").forEach(function (open) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.fd-drop[open]").forEach(function (open) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    });
  });

  // A changed filter is asked for at once; the button stays for those without script.
  document.querySelectorAll("form[data-auto] select").forEach(function (field) {
    field.addEventListener("change", function () { field.form.requestSubmit(); });
  });

  // A search leaves no empty fields in the address.
  document.querySelectorAll("form[method=get]").forEach(function (form) {
    form.addEventListener("submit", function () {
      form.querySelectorAll("input, select").forEach(function (field) { if (!field.value) field.disabled = true; });
    });
  });

  // Copy buttons.
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () { button.classList.add("is-done"); });
    });
  });

  // After a refused form the list of errors is where one should be.
  var errors = document.getElementById("errors");
  if (errors) errors.focus();
})();
