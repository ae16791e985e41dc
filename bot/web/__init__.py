"""What all web pages and APIs of one process share, and the customer's page."""
