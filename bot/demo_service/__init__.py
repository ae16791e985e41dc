"""A loyalty and store service of the invented company, over HTTP, standing in for the real one."""
