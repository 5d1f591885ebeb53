# stub: loss_function
# part: loss
# misconception: loss-arguments-swapped
# why: hands the target in as the prediction
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(x.view(-1, 784), recon_x) + kl_divergence(mu, log_var)
