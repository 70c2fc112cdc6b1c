/** Name, user name and password of somebody new. The server's refusals stand at their fields. */
import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type ChangeEvent, type FormEvent } from "react";

import { fieldError } from "./fieldError";

export interface NewPerson {
  name: string;
  username: string;
  password: string;
}

interface NewPersonFormProps {
  error: Error | null;
  busy: boolean;
  onSend: (person: NewPerson) => void;
}

const NOBODY: NewPerson = { name: "", username: "", password: "" };
const FIELDS = ["name", "username", "password"] as const;
const SHORTEST = 8;

/** A refusal as a whole; one of single fields only points to them. */
function Refusal({ error }: { error: Error }) {
  const atFields = FIELDS.some((field) => fieldError(error, field));
  return (
    <Alert color="orange" role="alert">
      {atFields ? "That didn't work yet: see what stands at the fields." : error.message}
    </Alert>
  );
}

export function NewPersonForm({ error, busy, onSend }: NewPersonFormProps) {
  const [person, setPerson] = useState(NOBODY);
  const field = (name: keyof NewPerson) => ({
    name,
    required: true,
    withAsterisk: false,
    value: person[name],
    error: fieldError(error, name),
    onChange: ({ currentTarget }: ChangeEvent<HTMLInputElement>) =>
      setPerson({ ...person, [name]: currentTarget.value }),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    onSend(person);
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        {error && <Refusal error={error} />}
        <TextInput
          label="Your name"
          description="The project's managers see it."
          autoComplete="name"
          maxLength={200}
          {...field("name")}
        />
        <TextInput
          label="User name"
          description="You sign in with it. Letters, digits and . @ + - _"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          {...field("username")}
        />
        <PasswordInput
          label="Password"
          description={`At least ${SHORTEST} characters.`}
          autoComplete="new-password"
          minLength={SHORTEST}
          {...field("password")}
        />
        <Button type="submit" loading={busy}>
          Join the project
        </Button>
      </Stack>
    </form>
  );
}
