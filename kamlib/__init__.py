"""kamlib: key-account analysis that says how sure it is."""
