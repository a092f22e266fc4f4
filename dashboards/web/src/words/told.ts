// A language's words are those of English: the same keys, each one word or one by count.
export type Counted = { one?: string; other: string };

export type Told<Of> = { [K in keyof Of]: Of[K] extends string ? string : Counted };
