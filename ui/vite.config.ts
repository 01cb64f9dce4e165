import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// `npm run dev` talks to a server that runs: ECONOME=http://127.0.0.1:PORT.
const server = process.env.ECONOME ?? "http://127.0.0.1:4318";

export default defineConfig({
  base: "/ui/",
  plugins: [
    svelte({
      // A warning about accessibility stops the build: nobody reads warnings.
      onwarn(warning) {
        throw new Error(`${warning.filename}: ${warning.message} (${warning.code})`);
      },
    }),
  ],
  server: {
    fs: { allow: [".."] }, // examples/connect
    proxy: { "/econome": server, "/api": server },
  },
  build: {
    outDir: "../src/econome/web/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would need a hole in the content security policy
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" },
  },
});
