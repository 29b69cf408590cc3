// A wallet as a browser's extension announces it (EIP-6963); its accounts are the node's, which really signs.
(() => {
  const asked = window.__premiumWallet;
  const info = Object.freeze({
    uuid: asked.uuid,
    name: asked.name,
    icon: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
    rdns: "org.example.wallet",
  });
  const provider = Object.freeze({
    request: async ({ method, params }) => {
      const given = await window[asked.door](method, JSON.stringify(params ?? []));
      const told = JSON.parse(given);
      if (told.error) throw Object.assign(new Error(told.error.message), { code: told.error.code });
      return told.result;
    },
  });
  const announce = () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
