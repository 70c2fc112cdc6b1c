/** The managers' pages: path below /manage, and the label in the rail and in the palette. */
export const PAGES = [
  ["", "Overview"],
  ["tasks", "Tasks"],
  ["people", "People"],
  ["agreement", "Agreement"],
  ["policies", "Policies"],
  ["reward-models", "Reward models"],
  ["rounds", "Rounds"],
  ["data", "Data"],
  ["settings", "Settings"],
] as const;
