// Forms that a passkey fills in: the browser makes a key (create) or answers with one (get), and the form is sent with what it said.
(() => {
  "use strict";
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = list => (list || []).map(one => ({ ...one, id: bytes(one.id) }));

  async function options(form) {
    if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent).publicKey;
    const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).publicKey;
  }

  async function made(key) {
    const found = await navigator.credentials.create({ publicKey: {
      ...key, challenge: bytes(key.challenge), user: { ...key.user, id: bytes(key.user.id) }, excludeCredentials: named(key.excludeCredentials),
    } });
    const response = { clientDataJSON: text(found.response.clientDataJSON), attestationObject: text(found.response.attestationObject) };
    if (found.response.getTransports) response.transports = found.response.getTransports();
    return told(found, response);
  }

  async function answered(key) {
    const found = await navigator.credentials.get({ publicKey: { ...key, challenge: bytes(key.challenge), allowCredentials: named(key.allowCredentials) } });
    const response = {
      clientDataJSON: text(found.response.clientDataJSON), authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
    };
    if (found.response.userHandle) response.userHandle = text(found.response.userHandle);
    return told(found, response);
  }

  const told = (found, response) => ({
    id: found.id, rawId: text(found.rawId), type: found.type, response,
    authenticatorAttachment: found.authenticatorAttachment, clientExtensionResults: found.getClientExtensionResults(),
  });

  document.querySelectorAll("form[data-passkey]").forEach(form => {
    if (!window.PublicKeyCredential) return;
    form.hidden = false;
    const error = form.querySelector("[data-passkey-error]");
    form.addEventListener("submit", async event => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      if (error) error.hidden = true;
      try {
        const key = await options(form);
        form.elements.credential.value = JSON.stringify(form.dataset.passkey === "create" ? await made(key) : await answered(key));
        form.submit();
      } catch (_) {
        if (error) error.hidden = false;
      }
    });
  });
})();
