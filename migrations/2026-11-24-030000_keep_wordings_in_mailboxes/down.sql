DROP TRIGGER approvals_forget_mailbox_texts ON approvals;
DROP FUNCTION forget_mailbox_texts;
