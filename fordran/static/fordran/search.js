// Search as one types (a combobox), a list of those who are picked, and a count that follows a form. Without this file the
// forms search by their button, and numbers can be typed or pasted.
(function () {
  "use strict";
  var number = 0;

  function later(wait, work) {
    var timer = 0;
    return function () { window.clearTimeout(timer); timer = window.setTimeout(work, wait); };
  }

  // form or block with data-find=ADDRESS: its search field offers what the server finds.
  // data-goes=NAME: what is chosen opens this page with ?NAME=key. data-picks=ID: it is added to that list.
  function combobox(holder) {
    var field = holder.querySelector("input[type=search]");
    var list = document.createElement("ul");
    var asked = 0, at = -1;
    number += 1;
    list.id = "found-" + number;
    list.className = "fd-find-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.getAttribute("aria-label") || "");
    list.hidden = true;
    field.parentNode.classList.add("fd-find");
    field.parentNode.appendChild(list);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", list.id);

    function options() { return Array.prototype.slice.call(list.querySelectorAll("[role=option]")); }
    function close() {
      list.hidden = true;
      at = -1;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
    function mark(place) {
      var all = options();
      if (!all.length) return;
      at = (place + all.length) % all.length;
      all.forEach(function (one, n) { one.setAttribute("aria-selected", n === at ? "true" : "false"); });
      field.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    }
    function choose(option) {
      close();
      if (holder.dataset.goes) {
        var address = new URL(window.location.href);
        address.search = "";
        address.searchParams.set(holder.dataset.goes, option.dataset.key);
        window.location.assign(address.href);
        return;
      }
      pick(document.getElementById(holder.dataset.picks), option);
      field.value = "";
      field.focus();
    }
    function look() {
      var words = field.value.trim(), mine = asked += 1;
      if (!words) { close(); return; }
      var address = new URL(holder.dataset.find, window.location.href);
      address.searchParams.set("q", words);
      address.searchParams.set("as", list.id);
      window.fetch(address.href, { headers: { "X-Requested-With": "fetch" } }).then(function (answer) {
        return answer.ok ? answer.text() : "";
      }).then(function (text) {
        if (mine !== asked) return;
        list.innerHTML = text;
        list.hidden = !text.trim();
        at = -1;
        field.setAttribute("aria-expanded", list.hidden ? "false" : "true");
      }).catch(close);
    }

    field.addEventListener("input", later(180, look));
    field.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown") { event.preventDefault(); if (list.hidden) look(); else mark(at + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); if (!list.hidden) mark(at - 1); }
      else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      else if (event.key === "Enter" && !list.hidden && at >= 0) { event.preventDefault(); choose(options()[at]); }
      else if (event.key === "Enter" && holder.dataset.picks) { event.preventDefault(); if (!list.hidden && options().length === 1) choose(options()[0]); }
    });
    field.addEventListener("blur", function () { window.setTimeout(close, 150); });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      var option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
  }

  function pick(list, option) {
    var value = option.dataset.level + ":" + option.dataset.key;
    var known = Array.prototype.slice.call(list.querySelectorAll("input")).filter(function (box) { return box.value === value; })[0];
    if (known) { known.checked = true; return; }
    number += 1;
    var item = document.createElement("li"), box = document.createElement("input"), label = document.createElement("label");
    item.className = "form-check";
    box.type = "checkbox";
    box.className = "form-check-input";
    box.name = "picked";
    box.value = value;
    box.checked = true;
    box.id = "picked-" + number;
    label.className = "form-check-label";
    label.htmlFor = box.id;
    label.textContent = option.dataset.key + (option.dataset.name ? " · " + option.dataset.name : "");
    item.append(box, label);
    list.append(item);
  }

  // form with data-live=ADDRESS: what its fields mean stands in [data-live-here], anew at each change.
  function follow(form) {
    var place = form.querySelector("[data-live-here]"), asked = 0;
    function look() {
      var mine = asked += 1;
      window.fetch(form.dataset.live, { method: "POST", body: new FormData(form) }).then(function (answer) {
        return answer.ok ? answer.text() : "";
      }).then(function (text) { if (text && mine === asked) place.innerHTML = text; }).catch(function () { /* the old count stays */ });
    }
    form.addEventListener("input", later(300, look));
    form.addEventListener("change", later(300, look));
  }

  document.querySelectorAll("[data-find]").forEach(combobox);
  document.querySelectorAll("form[data-live]").forEach(follow);
})();
