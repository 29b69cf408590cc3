"""What the deployed stage costs: endpoints beside a bare handler, imports beside boto3, synthesis."""
