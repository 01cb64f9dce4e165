import "./theme.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { preferences } from "./preferences.svelte.ts";
import { load } from "./words/index.ts";

await load(preferences.language);
mount(App, { target: document.getElementById("app") as HTMLElement });
