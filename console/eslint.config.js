import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Pages of one service; none of them may import another's. */
const PAGES = ["account", "admin", "alerts", "gas", "portfolio", "security", "signin", "tax", "usage"];

const noOtherPage = (page) => ({
  files: [`src/pages/${page}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: PAGES.filter((other) => other !== page).map((other) => `@/pages/${other}/*`).concat("../../*"),
            message: "A page imports no other page: move what both need into src/ui or src/api.",
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  {
    rules: {
      "no-console": "error",
      // What scrolls must be reached by keyboard: a named region may hold the focus.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { roles: ["region"], tags: [] }],
      "no-eval": "error",
      "no-restricted-globals": ["error", { name: "sessionStorage", message: "Nothing of a session is stored." }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Texts of others are hostile: React shows them as text.",
        },
        {
          selector: "JSXText[value=/[A-Za-z]{3,}/]",
          message: "Texts lie in the catalogues: src/texts.",
        },
        {
          selector: "JSXAttribute[name.name=/^(label|title|hint|text|caption|alt|placeholder|aria-label)$/] > Literal[value=/^(?![a-z]+(\\.\\w+)+$).*[A-Za-z]{3}/]",
          message: "Texts lie in the catalogues: src/texts.",
        },
        {
          selector: "CallExpression[callee.name='parseFloat']",
          message: "Amounts stay decimal strings: src/money; src/charts turns them into floats to draw.",
        },
      ],
      "max-lines": ["error", { max: 200, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ["src/charts/**", "tests/**"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["src/{api,money,streams,session,charts,ui,texts}/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@/pages/*"], message: "Shared parts know no page." }] },
      ],
    },
  },
  ...PAGES.map(noOtherPage),
);
