"""Making a report: order, execution, workspaces, publishing."""
