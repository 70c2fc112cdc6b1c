/** The keys of the form on the screen. */
import { Modal, Table, Text } from "@mantine/core";

import type { Assignment } from "@/api/types";
import { formOf, type FormName } from "@/lib/questions";

type Row = [key: string, does: string];

const COMMON: Row[] = [
  ["u", "undo: reopen the last answer"],
  ["s", "skip, with a reason"],
  ["f", "flag for the managers"],
  ["g", "guidelines"],
  ["p", "collapse or show the prompt"],
  ["?", "these keys"],
];
const SUBMIT: Row[] = [
  ["Enter", "submit, or go to what is still missing"],
  ["Ctrl Enter", "submit from a text field"],
];
const OWN: Record<FormName, Row[]> = {
  compare: [
    ["1 2 3 …", "choose; the same key again submits"],
    ["0", "both bad"],
    ["d", "show what differs"],
    ["l", "link the scrolling of A and B"],
    ["↑ ↓", "scroll both"],
  ],
  rank: [
    ["← → or j k", "move between the responses"],
    ["1 2 3 …", "place the focused response; the same place twice is a tie"],
    ["0", "unacceptable"],
    ["Backspace", "take the place back"],
  ],
  rating: [
    ["← → ↑ ↓", "move between the cells"],
    ["0 1 2 …", "fill the focused cell"],
    ["+ −", "a value one higher or lower"],
    ["Backspace", "empty the cell"],
  ],
  steps: [
    ["↑ ↓ or j k", "move between the steps"],
    ["y", "right"],
    ["n", "wrong"],
    ["Backspace", "take the label back"],
    ["Tab", "to the reason of a wrong step"],
  ],
  revision: [["Ctrl Enter", "submit; Enter alone makes a line"]],
};
const CRITERIA: Row[] = [
  ["1 2 3 …", "choose in the focused row"],
  ["↑ ↓ or Tab", "move between the rows"],
  ["0", "both bad, by all criteria"],
  ["d", "show what differs"],
  ["l", "link the scrolling of A and B"],
];
const BOARDS: Row[] = [["[ ]", "previous or next criterion"]];
const SLIDER: Row[] = [
  ["← →", "a value one lower or higher; with Shift, ten"],
  ["↑ ↓", "move between the cells"],
  ["Backspace", "empty the cell"],
];
const MARKS: Row[] = [
  ["m", "in a response: choose a sentence to mark, with ← →"],
  ["1 2 3 …", "then: mark it with a category"],
  ["Esc", "mark nothing"],
];
const NEUTRAL: Row[] = [["m", "neutral"]];

function ownKeys(assignment: Assignment): Row[] {
  const { question } = assignment;
  const form = formOf(assignment);
  if (question.kind === "comparison" && question.spec.criteria.length > 0) {
    return form === "compare" ? CRITERIA : [...OWN.rank, ...BOARDS];
  }
  if (question.kind === "rating") {
    const { slider, marks } = question.spec;
    return [...(slider ? SLIDER : OWN.rating), ...(marks.length > 0 ? MARKS : [])];
  }
  if (question.kind === "steps" && question.spec.neutral) return [...OWN.steps, ...NEUTRAL];
  return OWN[form];
}

function keysOf(assignment: Assignment | null): Row[] {
  if (!assignment) return COMMON;
  const submit = formOf(assignment) === "revision" ? [] : SUBMIT;
  return [...ownKeys(assignment), ...submit, ...COMMON];
}

interface KeysDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The task on the screen. */
  assignment: Assignment | null;
}

export function KeysDialog({ opened, onClose, assignment }: KeysDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keys"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Table withRowBorders={false} verticalSpacing={5}>
        <Table.Tbody>
          {keysOf(assignment).map(([key, does]) => (
            <Table.Tr key={key + does}>
              <Table.Th w={130}>{key}</Table.Th>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        Everything also works by mouse and touch. Esc closes this.
      </Text>
    </Modal>
  );
}
