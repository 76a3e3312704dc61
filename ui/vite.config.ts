import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  clearScreen: false,
  server: { port: 5183, strictPort: true },
  build: {
    target: "es2022",
    // The content policy allows no data: scripts or styles, and a file of its own is mapped, not decoded.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        // All that a start needs is one file: forty small ones are forty questions to the program, one after the other.
        codeSplitting: { groups: [{ name: "start", test: /\/src\/(main\.ts|backend\/tauri\.ts)$/ }] },
      },
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
});
