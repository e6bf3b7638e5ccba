// Sends a file with a bar that shows how far it has come, and takes files that are dropped. Without this the form works as a form.
(function () {
  "use strict";

  function prepare(form) {
    var field = form.querySelector("input[type=file]");
    var zone = form.querySelector("[data-drop]");
    var shown = form.querySelector("[data-progress]");
    var said = shown.querySelector("p"), bar = shown.querySelector("progress");
    var button = form.querySelector("button");
    var hint = form.querySelector("[data-hint]");
    hint.textContent = hint.textContent + " " + hint.dataset.hint;

    ["dragenter", "dragover"].forEach(function (name) {
      zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("is-over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.remove("is-over"); });
    });
    zone.addEventListener("drop", function (event) {
      if (!event.dataTransfer.files.length) return;
      field.files = event.dataTransfer.files;
      form.requestSubmit();
    });

    function stop(text) {
      button.disabled = false;
      shown.hidden = false;
      bar.hidden = true;
      said.className = "fd-error";
      said.textContent = text;
    }

    form.addEventListener("submit", function (event) {
      if (!field.files.length) return;
      event.preventDefault();
      if (field.files[0].size > Number(form.dataset.most)) { stop(form.dataset.tooLarge); return; }
      var asked = new XMLHttpRequest();
      asked.open("POST", form.action);
      asked.setRequestHeader("X-Upload", "1");
      asked.upload.addEventListener("progress", function (sent) {
        if (sent.lengthComputable) bar.value = Math.round(100 * sent.loaded / sent.total);
      });
      asked.upload.addEventListener("load", function () { bar.removeAttribute("value"); said.textContent = said.dataset.reading; });
      asked.addEventListener("error", function () { stop(form.dataset.broken); });
      asked.addEventListener("load", function () { answered(form, asked, stop); });
      button.disabled = true;
      said.className = "";
      said.textContent = said.dataset.sending;
      bar.value = 0;
      bar.hidden = false;
      shown.hidden = false;
      asked.send(new FormData(form));
    });
  }

  function answered(form, asked, stop) {
    var kind = asked.getResponseHeader("Content-Type") || "";
    if (kind.indexOf("application/json") === 0) { window.location.assign(JSON.parse(asked.responseText).go); return; }
    if (asked.responseURL && asked.responseURL !== new URL(form.action).href) { window.location.assign(asked.responseURL); return; }
    var page = new DOMParser().parseFromString(asked.responseText, "text/html");
    var main = page.getElementById("main");
    if (!main || asked.status >= 500) { stop(form.dataset.broken); return; }
    document.title = page.title;
    document.getElementById("main").replaceWith(document.importNode(main, true));
    begin();
    var errors = document.getElementById("errors");
    if (errors) errors.focus();
  }

  function begin() { document.querySelectorAll("form[data-upload]").forEach(prepare); }
  begin();
})();
