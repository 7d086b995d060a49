-- Papers that another printer takes over are compared with those it has had itself.
CREATE INDEX print_job_ref ON print_job (ref, printer);
