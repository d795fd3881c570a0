// @ts-check
/** Light or dark: as the system has it, unless the reader has chosen. */
const NAME = "reachapi-emulator-theme";
const control = /** @type {HTMLSelectElement} */ (document.getElementById("theme"));

/** Let the control in the header work. */
export function startTheme() {
  apply(localStorage.getItem(NAME) ?? "");
  control.addEventListener("change", () => {
    localStorage.setItem(NAME, control.value);
    apply(control.value);
  });
}

/** @param {string} theme */
function apply(theme) {
  control.value = theme;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
