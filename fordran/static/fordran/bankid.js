// An order under way: asks the server every second and shows the code of the moment. Without this the page renews itself.
(function () {
  "use strict";
  var MILLISECONDS = 1000;

  function follow(panel) {
    var find = function (name) { return panel.querySelector("[data-bankid-" + name + "]"); };
    var code = find("code"), left = find("left"), words = find("words"), waits = find("waits");
    var way = panel.dataset.way, busy = false, timer = null;

    function show(told) {
      if (told.go) { stop(); window.location.assign(told.go); return; }
      if (words.textContent !== told.words) words.textContent = told.words;
      if (code && told.svg) code.innerHTML = told.svg;
      if (left) left.textContent = panel.dataset.left.replace("{n}", told.seconds);
      if (told.launch) panel.querySelectorAll("[data-bankid-launch]").forEach(function (link) { link.href = told.launch; });
      waits.hidden = told.picked_up || told.state !== "pending";
      if (told.state !== "pending") {
        stop();
        panel.dataset.state = told.state;
        find("cancel").hidden = true;
        find("again").hidden = false;
        find("again").querySelector("a").focus();
      }
    }

    function ask() {
      if (busy) return;
      busy = true;
      fetch(panel.dataset.status + "?way=" + way, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) {
          if (answer.status === 404) { stop(); window.location.reload(); throw new Error("gone"); }
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.json();
        })
        .then(show)
        .catch(function () { words.textContent = panel.dataset.lost; })
        .then(function () { busy = false; });
    }

    function stop() { window.clearInterval(timer); }

    panel.querySelectorAll("[data-bankid-launch]").forEach(function (link) {
      link.addEventListener("click", function () { way = "here"; });
    });
    // On a telephone the page sleeps while the app is open: ask at once when it wakes.
    document.addEventListener("visibilitychange", function () { if (!document.hidden && panel.dataset.state === "pending") ask(); });
    if (panel.dataset.state === "pending") { timer = window.setInterval(ask, MILLISECONDS); ask(); }
  }

  document.querySelectorAll("[data-bankid]").forEach(follow);
})();
