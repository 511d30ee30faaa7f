import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Django serves dist/index.html at /app/ and everything else below /static/app/.
export default defineConfig(({ command }) => ({
  plugins: [react()],
  base: command === "build" ? "/static/app/" : "/app/",
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  test: { environment: "happy-dom", restoreMocks: true },
}));
