// The letter's line as it will be, while one writes, and how much room is left. Without this the page shows the line that is saved.
(function () {
  "use strict";
  document.querySelectorAll("[data-sample]").forEach(function (field) {
    var sample = document.getElementById(field.dataset.sample);
    var copies = document.querySelectorAll('[data-sample-copy="' + field.dataset.sample + '"]');
    var left = document.querySelector('[data-left="' + field.id + '"]');
    function show() {
      var text = field.value.trim().replace(/\s+/g, " ") || sample.dataset.empty;
      sample.textContent = text;
      copies.forEach(function (copy) { copy.textContent = text; });
      if (left) left.textContent = left.dataset.words.replace("{n}", field.value.length);
    }
    field.addEventListener("input", show);
    show();
  });
})();
