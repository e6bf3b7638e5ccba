// The import filter: what is half typed is not lost by a press beside it. Every page works without this file.
(function () {
  "use strict";
  var changed = document.getElementById("changed");
  if (changed) changed.focus();

  var dirty = false;
  document.addEventListener("input", function (event) {
    if (event.target.closest("form[data-card]")) dirty = true;
  });
  document.addEventListener("submit", function () { dirty = false; });
  document.addEventListener("click", function (event) {
    if (event.target.closest("form[data-card] footer a")) dirty = false;
  });
  window.addEventListener("beforeunload", function (event) {
    if (dirty) event.preventDefault();
  });
})();

// A whole page of rows at one press.
(function () {
  "use strict";
  document.querySelectorAll("button[data-all]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var boxes = button.form.querySelectorAll("tbody input[type=checkbox]");
      var all = Array.prototype.every.call(boxes, function (box) { return box.checked; });
      boxes.forEach(function (box) { box.checked = !all; });
    });
  });
})();
