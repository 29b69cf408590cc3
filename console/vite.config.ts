import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { worker } from "./scripts/worker_plugin";

/** What the built files are asked for under, at the edge as on one machine. */
const BASE = "/app/";

export default defineConfig({
  base: BASE,
  plugins: [react(), tailwindcss(), worker(BASE)],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    sourcemap: false,
    // The policy allows no inline script or data URL, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks: (id) => (/node_modules\/(echarts|zrender)\//.test(id) ? "charts" : undefined),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
  },
});
