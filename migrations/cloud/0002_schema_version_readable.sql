-- The service says in /health which schema it found.
grant select on schema_version to xiaopu_service;
