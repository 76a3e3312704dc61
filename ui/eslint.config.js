import vue from "eslint-plugin-vue";
import typescript from "typescript-eslint";

export default typescript.config(
  { ignores: ["dist", "node_modules"] },
  ...typescript.configs.recommended,
  ...vue.configs["flat/essential"],
  {
    languageOptions: { parserOptions: { parser: typescript.parser, extraFileExtensions: [".vue"] } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "vue/multi-word-component-names": "off",
      // Text typed by people never runs.
      "vue/no-v-html": "error",
      // The content policy has no place for styles in markup; bindings go through CSSOM.
      "vue/no-static-inline-styles": "error",
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@tauri-apps/*"], message: "Only backend/tauri.ts knows the window." },
            { group: ["element-plus", "element-plus/*"], message: "From controls, which has its style and its words." },
          ],
        },
      ],
    },
  },
  { files: ["src/backend/tauri.ts", "src/controls/*"], rules: { "no-restricted-imports": "off" } },
);
