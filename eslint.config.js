import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["emulator/reachapi_emulator/web/console/*.js"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["tests/console_unit/*.js"],
    languageOptions: { globals: globals.node },
  },
];
