import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";
import vue from "eslint-plugin-vue";

/**
 * The import rules of ARCHITECTURE.md. Imports flow toward contracts, and what is seen toward theme; rooms never import each other.
 * Each room names what of the house it may import.
 */
const ROOMS = ["contracts", "hub", "website", "ops-app", "field-app", "fixtures", "theme", "e2e"];
const MAY_IMPORT = {
  contracts: [],
  theme: ["contracts"],
  hub: ["contracts"],
  website: ["contracts", "theme"],
  "ops-app": ["contracts", "theme"],
  "field-app": ["contracts", "theme"],
  fixtures: ["contracts"],
  e2e: ["contracts", "fixtures"],
};

function importRule(room, allowed) {
  const forbidden = ROOMS.filter((other) => other !== room && !allowed.includes(other));
  return [
    "error",
    {
      patterns: [
        {
          regex: `^@gigafibre/(${forbidden.join("|")})(/|$)`,
          message: `${room} may import only ${allowed.join(" and ") || "nothing of the house"} (ARCHITECTURE.md, import rules).`,
        },
        { regex: `^(\\.\\./)+(${ROOMS.join("|")})/`, message: "Rooms are imported by package name, never by path." },
      ],
    },
  ];
}

const roomRules = Object.entries(MAY_IMPORT).flatMap(([room, allowed]) => [
  { files: [`${room}/**/*.{ts,vue}`], rules: { "no-restricted-imports": importRule(room, allowed) } },
  {
    files: [`${room}/**/*.test.ts`, `${room}/testing/**/*.ts`],
    rules: { "no-restricted-imports": importRule(room, [...allowed, "fixtures"]) },
  },
]);

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/.data/**", "test-results/**", "playwright-report/**"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["website/**/*.vue", "field-app/**/*.vue", "ops-app/**/*.vue"],
    extends: [...tseslint.configs.recommended, ...vue.configs["flat/recommended"]],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      "vue/multi-word-component-names": "off",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/attributes-order": "off",
    },
  },
  { files: ["**/*.{js,mjs,ts}"], languageOptions: { globals: globals.node } },
  { files: ["website/**/*.{ts,vue}", "field-app/**/*.{ts,vue}", "ops-app/**/*.{ts,vue}"], languageOptions: { globals: globals.browser } },
  {
    // Desk's scripts: Frappe reads each as text and runs it in its own page.
    files: ["erpnext-app/gigafibre_fsm/**/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, $: "readonly", __: "readonly", frappe: "readonly", moment: "readonly" } },
  },
  {
    rules: {
      eqeqeq: ["error", "always"],
      "no-console": "off",
      "no-empty": ["error", { allowEmptyCatch: false }],
    },
  },
  ...roomRules,
);
