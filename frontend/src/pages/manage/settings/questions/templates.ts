/** Questions to start from. Every setting can be changed afterwards. */
import type { NewQuestion } from "@/api/manageTypes";
import type { ComparisonSpec, RatingSpec, RevisionSpec, StepsSpec } from "@/api/types";

type Asked = Pick<NewQuestion, "title"> &
  (
    | { kind: "comparison"; spec: ComparisonSpec }
    | { kind: "rating"; spec: RatingSpec }
    | { kind: "steps"; spec: StepsSpec }
    | { kind: "revision"; spec: RevisionSpec }
  );

interface Template {
  id: string;
  name: string;
  about: string;
  question: Asked;
}

const COMPARISON: ComparisonSpec = {
  prompt: "Which response is better?",
  k_max: 6,
  ties: true,
  strength: true,
  both_bad: true,
  criteria: [],
  place: "all",
  top_m: null,
  reasons: [],
  note: true,
};

export const TEMPLATES: readonly Template[] = [
  {
    id: "pairs",
    name: "One comparison",
    about: "Which of two responses is better, and how much. The plainest preference data.",
    question: {
      kind: "comparison",
      title: "Which answer is better?",
      spec: { ...COMPARISON, k_max: 2 },
    },
  },
  {
    id: "helpful-harmless",
    name: "Helpful and harmless",
    about: "Two responses compared by two criteria; the first one leads.",
    question: {
      kind: "comparison",
      title: "Which answer is more helpful, which less harmful?",
      spec: {
        ...COMPARISON,
        prompt: "Which response is better on each?",
        k_max: 2,
        criteria: ["Helpful", "Harmless"],
      },
    },
  },
  {
    id: "ranking",
    name: "Ranking with ties",
    about: "Up to six responses put in order; some may share a place.",
    question: {
      kind: "comparison",
      title: "Put the answers in order",
      spec: { ...COMPARISON, prompt: "Order the responses from best to worst.", strength: false },
    },
  },
  {
    id: "rating",
    name: "Rating on criteria",
    about: "A number from 1 to 5 for each response and criterion.",
    question: {
      kind: "rating",
      title: "How good is each answer?",
      spec: {
        prompt: "How good is each response?",
        k_max: 4,
        criteria: [
          { name: "Instruction following", about: "Does what was asked, all of it." },
          { name: "Truthfulness", about: "Says nothing false and invents nothing." },
          { name: "Honesty", about: "Says how sure it is, where it isn't." },
          { name: "Helpfulness", about: "Is of use to whoever asked." },
        ],
        minimum: 1,
        maximum: 5,
        low: "poor",
        high: "excellent",
        slider: false,
        optional: false,
        marks: [],
        note: true,
      },
    },
  },
  {
    id: "steps",
    name: "Process steps",
    about: "Whether each step of a solution is right. Data for process reward models.",
    question: {
      kind: "steps",
      title: "Is each step right?",
      spec: {
        prompt: "Is each step right?",
        separator: "blank_line",
        neutral: true,
        first_error: false,
        reason: true,
        note: true,
      },
    },
  },
  {
    id: "revision",
    name: "Critique and revise",
    about: "What is wrong with a response, and a better one, by a principle if you give some.",
    question: {
      kind: "revision",
      title: "Criticise and rewrite",
      spec: {
        prompt: "What is wrong with this response? Write a better one.",
        principles: [],
        critique: true,
        note: true,
      },
    },
  },
];

export function templateOf(id: string): Template {
  return TEMPLATES.find((template) => template.id === id) ?? TEMPLATES[0]!;
}
