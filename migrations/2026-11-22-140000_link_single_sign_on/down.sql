DROP TABLE spent_logout_tokens;
DROP TABLE provider_sessions;
DROP TABLE officer_identities;
