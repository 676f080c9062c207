-- As before, but the event of another principal name has the former one.
CREATE OR REPLACE FUNCTION hearth.tell_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  could boolean;
  can   boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM hearth.tell(OLD, 6);
    RETURN NULL;
  END IF;
  IF OLD.user_principal_name <> NEW.user_principal_name THEN
    PERFORM hearth.tell(NEW, 8, previous_name => OLD.user_principal_name);
  END IF;
  IF (OLD.mail, OLD.alternate_mails) IS DISTINCT FROM (NEW.mail, NEW.alternate_mails) AND NEW.home_directory_id = NEW.directory_id THEN
    PERFORM hearth.tell(NEW, 7);
  END IF;
  could := NOT OLD.disabled AND OLD.delete_time IS NULL AND OLD.home_active AND OLD.home_live;
  can := NOT NEW.disabled AND NEW.delete_time IS NULL AND NEW.home_active AND NEW.home_live;
  IF could <> can THEN
    PERFORM hearth.tell(NEW, CASE WHEN can THEN 5 ELSE 4 END);
  END IF;
  IF NEW.sessions_valid_after > OLD.sessions_valid_after THEN
    PERFORM hearth.tell(NEW, 2);
  END IF;
  RETURN NULL;
END $$;
