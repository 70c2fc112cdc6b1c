/** Raters' objections to decisions: open ones with a form to answer them, then the answered. */
import { Alert, Badge, Button, Card, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useAnswerAppeal, useAppeals } from "@/api/manageReview";
import type { Appeal } from "@/api/manageTypes";

import { faultOf, faultsElsewhere, faultsOf } from "../parts/faults";
import { GoTo } from "../parts/GoTo";
import { Empty, Loaded } from "../parts/Page";
import { When } from "../parts/When";

type Outcome = "upheld" | "rejected";

const STATES: Record<Appeal["state"], { words: string; colour: string }> = {
  open: { words: "open", colour: "orange" },
  upheld: { words: "upheld", colour: "teal" },
  rejected: { words: "rejected", colour: "gray" },
};

function AnswerForm({ slug, appeal }: { slug: string; appeal: Appeal }) {
  const answer = useAnswerAppeal(slug, appeal.id);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [reply, setReply] = useState("");
  const elsewhere = faultsElsewhere(answer.error, ["reply"]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    answer.mutate({ upheld: outcome === "upheld", reply: reply.trim() });
  };
  return (
    <form onSubmit={submit} aria-label={`Answer the appeal of ${appeal.rater}`}>
      <Stack gap="sm">
        <Radio.Group
          label="Was the rater right?"
          value={outcome}
          onChange={(value) => setOutcome(value as Outcome)}
        >
          <Stack gap="xs" mt={4}>
            <Radio
              value="upheld"
              label="Upheld: the rater is right"
              description="The decision itself is changed by deciding the task again."
            />
            <Radio value="rejected" label="Rejected: the decision stands" />
          </Stack>
        </Radio.Group>
        <Textarea
          label="Reply"
          description="The rater reads it in their history."
          required
          autosize
          minRows={2}
          maxLength={5_000}
          value={reply}
          onChange={(event) => setReply(event.currentTarget.value)}
          error={faultOf(faultsOf(answer.error), "reply")}
        />
        {elsewhere && (
          <Alert color="orange" variant="light" role="alert">
            {elsewhere}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={answer.isPending} disabled={!outcome || !reply.trim()}>
            Send the answer
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Words({ text }: { text: string }) {
  return (
    <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} dir="auto">
      {text}
    </Text>
  );
}

function AppealCard({ slug, appeal }: { slug: string; appeal: Appeal }) {
  const { words, colour } = STATES[appeal.state];
  return (
    <Card withBorder padding="md" component="article" aria-label={`Appeal of ${appeal.rater}`}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Text fw={600}>{appeal.rater}</Text>
            <Badge variant="light" color={colour} tt="none" miw="max-content">
              {words}
            </Badge>
            <Text size="sm">
              on{" "}
              <GoTo amidWords page={`tasks/${appeal.task}`}>
                task {appeal.task}
              </GoTo>
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            <When at={appeal.created_at} />
          </Text>
        </Group>
        <Words text={appeal.text} />
        {appeal.state === "open" ? (
          <AnswerForm slug={slug} appeal={appeal} />
        ) : (
          <>
            <Text size="sm" c="dimmed">
              Answered <When at={appeal.decided_at} />
            </Text>
            <Words text={appeal.reply} />
          </>
        )}
      </Stack>
    </Card>
  );
}

export function Appeals({ slug }: { slug: string }) {
  const appeals = useAppeals(slug);
  return (
    <Loaded query={appeals}>
      {(all) =>
        all.length === 0 ? (
          <Empty>
            No appeals. A rater whose task was decided by a reviewer sees the decision in their
            history; what they object to it appears here.
          </Empty>
        ) : (
          <Stack gap="sm">
            {all.map((appeal) => (
              <AppealCard key={appeal.id} slug={slug} appeal={appeal} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}
