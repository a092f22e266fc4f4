// Tests speak both languages, of all pages.
import { en } from "../src/words/en";
import { said } from "../src/words/load";
import { zh } from "../src/words/zh";

Object.assign(said.en, en);
Object.assign(said.zh, zh);
