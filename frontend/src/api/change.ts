/** A change on the server that says afterwards what happened, and reads again what it touched. */
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";

interface Change<Input, Result> {
  send: (input: Input) => Promise<Result>;
  /** The first parts of the query keys to read again. */
  touches: readonly (readonly unknown[])[];
  /** What to say once it is done; null where the page itself shows it. */
  said: (result: Result, input: Input) => string | null;
}

export function useChange<Input, Result>({ send, touches, said }: Change<Input, Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async (result, input) => {
      const message = said(result, input);
      if (message !== null) notifications.show({ message, color: "teal" });
      await Promise.all(touches.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      notifications.show({
        title: "That didn't work",
        message: error.message,
        color: "orange",
        autoClose: 10_000,
      });
    },
  });
}
