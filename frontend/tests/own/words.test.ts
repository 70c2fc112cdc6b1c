import { expect, test } from "vitest";

import { shareWords, trainingSentence } from "@/pages/own/words";

const training = { done: 4, right: 3, needed: 10, right_needed: 7 };

test("training says how far it is and where work begins", () => {
  expect(trainingSentence(training)).toBe(
    "4 of 10 training tasks done, 3 right; work begins at 7 of 10 right.",
  );
});

test("after a first round only the newest training tasks count", () => {
  expect(trainingSentence({ ...training, done: 14, right: 6 })).toBe(
    "14 training tasks done; of the newest 10, 6 right. Work begins at 7 of 10 right.",
  );
});

test("training that was switched off meanwhile asks for one more task", () => {
  expect(trainingSentence({ ...training, needed: 0 })).toBe(
    "Work begins after your next training task.",
  );
});

test("a share at the edge keeps its interval", () => {
  const share = { value: 1, lower: 0.2065, upper: 1, n: 1, reason: null };
  expect(shareWords(share)).toBe("100 % (21 % to 100 %)");
});
