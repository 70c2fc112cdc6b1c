/** The policies ranked, how they send their responses here, and the tokens that let programs in. */
import {
  Anchor,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  List,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type SubmitEvent } from "react";

import { ApiError } from "@/api/client";
import { useCreateToken, useRevokeToken, useTokens } from "@/api/manageAccess";
import type { Scope, Token } from "@/api/types";

import { Leaderboard } from "./analysis/Leaderboard";
import { Confirm } from "./parts/Confirm";
import { CopyField } from "./parts/CopyField";
import { DataTable, type Column } from "./parts/DataTable";
import { Dialog } from "./parts/Dialog";
import { useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { When } from "./parts/When";
import { pushExample } from "./pushExample";

const SCOPES: { value: Scope; label: string; description: string }[] = [
  { value: "responses:write", label: "Send responses", description: "Add responses to the pool." },
  { value: "score", label: "Score", description: "Ask the reward model for rewards." },
  { value: "judge", label: "Judge", description: "Take tasks and answer them." },
  { value: "read", label: "Read", description: "Read everything managers see." },
  { value: "manage", label: "Manage", description: "Read and change everything here." },
];

function Push({ slug }: { slug: string }) {
  const example = pushExample(window.location.origin, slug);
  return (
    <Section
      title="Send responses"
      about="Responses go into the pool. The next round chooses from it which two raters should compare."
    >
      <List size="sm" spacing={4}>
        <List.Item>
          <Code>policy</Code> and <Code>version</Code> name the model that answered. Raters never
          see them.
        </List.Item>
        <List.Item>
          <Code>prompt</Code> is a text, or a list of messages with <Code>role</Code> and{" "}
          <Code>content</Code>. Two different responses or more to a prompt make a comparison.
        </List.Item>
        <List.Item>
          At most 1,000 items a request. What is already there is counted as known and not added
          twice, so a request may be sent again.
        </List.Item>
      </List>
      <Code block tabIndex={0}>
        {example}
      </Code>
      <Group>
        <CopyButton value={example}>
          {({ copied, copy }) => (
            <Button variant="default" size="xs" onClick={copy}>
              {copied ? "Copied" : "Copy the example"}
            </Button>
          )}
        </CopyButton>
        <Anchor href="/api/schema/browse/" size="sm">
          All routes (OpenAPI)
        </Anchor>
      </Group>
    </Section>
  );
}

function NewToken({ onMade }: { onMade: (token: string) => void }) {
  const create = useCreateToken(useSlug());
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["responses:write"]);
  const [days, setDays] = useState<string | number>(90);
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), scopes: scopes as Scope[], days: Number(days) };
    create.mutate(body, { onSuccess: ({ token }) => onMade(token) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="What the token is for, for instance the program that uses it."
          required
          data-autofocus
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fields.name?.join(" ")}
        />
        <Checkbox.Group
          label="What it may do"
          value={scopes}
          onChange={setScopes}
          error={fields.scopes?.join(" ")}
        >
          <Stack gap="xs" mt="xs">
            {SCOPES.map((scope) => (
              <Checkbox key={scope.value} {...scope} />
            ))}
          </Stack>
        </Checkbox.Group>
        <NumberInput
          label="Days until it ends"
          min={1}
          max={366}
          allowDecimal={false}
          value={days}
          onChange={setDays}
          error={fields.days?.join(" ")}
        />
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={create.isPending}
            disabled={!name.trim() || !scopes.length}
          >
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Revoke({ token }: { token: Token }) {
  const revoke = useRevokeToken(useSlug());
  return (
    <Confirm
      label="Revoke"
      size="compact-sm"
      question={`Revoke “${token.name}”?`}
      consequence="Programs that use it are refused from now on. What they sent stays."
      yes="Revoke"
      onYes={() => revoke.mutate({ id: token.id, name: token.name })}
    />
  );
}

const COLUMNS: Column<Token>[] = [
  { name: "Name", cell: ({ name }) => name },
  { name: "May", cell: ({ scopes }) => scopes.join(", ") },
  { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
  { name: "Ends", cell: ({ expires_at: at }) => <When at={at} /> },
  { name: "Last used", cell: ({ last_used_at: at }) => <When at={at} /> },
  { name: "", cell: (token) => <Revoke token={token} /> },
];

function Tokens({ slug }: { slug: string }) {
  const tokens = useTokens(slug);
  const [open, { open: ask, close }] = useDisclosure(false);
  const [made, setMade] = useState<string | null>(null);
  const shut = () => {
    close();
    setMade(null);
  };
  return (
    <Section
      title="Tokens"
      about="A token stands for this project only, and is sent as Authorization: Bearer …"
      actions={
        <Button size="sm" onClick={ask}>
          New token
        </Button>
      }
    >
      <Loaded query={tokens}>
        {(all) =>
          all.length === 0 ? (
            <Empty>No tokens. Make one so that a program can send responses.</Empty>
          ) : (
            <DataTable caption="Tokens" columns={COLUMNS} rows={all} keyOf={({ id }) => id} />
          )
        }
      </Loaded>
      <Dialog opened={open} onClose={shut} title={made ? "The new token" : "New token"} size="lg">
        {made === null ? (
          <NewToken onMade={setMade} />
        ) : (
          <Stack>
            <Text size="sm">
              Copy it now. It is shown only this once; what is kept here is its hash.
            </Text>
            <CopyField label="Token" value={made} />
          </Stack>
        )}
      </Dialog>
    </Section>
  );
}

export function PoliciesPage() {
  const slug = useSlug();
  return (
    <Page
      title="Policies"
      about="A policy is the model being aligned. It answers prompts outside and sends its responses here."
    >
      <Leaderboard />
      <Push slug={slug} />
      <Tokens slug={slug} />
    </Page>
  );
}
