/** The conversation that the responses answer. Opens at its end, where the question is. */
import { useLayoutEffect, useRef } from "react";

import type { Message } from "@/api/types";
import { Markdown } from "@/components/Markdown";

import { Tool } from "./Tool";
import classes from "./work.module.css";

const ROLES: Record<string, string> = { user: "User", assistant: "Assistant", system: "System" };

interface PromptPanelProps {
  messages: Message[];
  training: boolean;
  open: boolean;
  onToggle: () => void;
}

export function PromptPanel({ messages, training, open, onToggle }: PromptPanelProps) {
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (body.current && messages.length > 1) body.current.scrollTop = body.current.scrollHeight;
  }, [messages, open]);
  const last = messages[messages.length - 1]?.content ?? "";
  return (
    <section className={classes.prompt} aria-label="Prompt">
      <div className={classes.promptHead}>
        {training && <span className={classes.training}>Training</span>}
        <h2>{open ? "Prompt" : last.slice(0, 200)}</h2>
        <Tool name={open ? "Collapse prompt" : "Show prompt"} hotkey="p" onClick={onToggle}>
          {open ? "Collapse" : "Show"}
        </Tool>
      </div>
      {open && (
        <div
          ref={body}
          className={classes.promptBody}
          tabIndex={0}
          role="group"
          aria-label="Prompt text"
        >
          {messages.map((message, index) => (
            <div key={index} className={classes.message}>
              <div className={classes.role}>{ROLES[message.role] ?? message.role}</div>
              <Markdown text={message.content} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
