-- What officers write to reporters is sealed in the mailboxes. A draft needs it in the clear until it is decided, and no longer.

CREATE FUNCTION forget_mailbox_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.action := NEW.action #- '{input,questions}' #- '{input,public_wording}';
    RETURN NEW;
END $$;
COMMENT ON FUNCTION forget_mailbox_texts IS 'Takes questions and wordings for reporters out of a draft that waits no more.';

CREATE TRIGGER approvals_forget_mailbox_texts BEFORE UPDATE ON approvals FOR EACH ROW WHEN (NEW.status <> 'pending')
    EXECUTE FUNCTION forget_mailbox_texts();

UPDATE approvals SET status = status WHERE status <> 'pending';
